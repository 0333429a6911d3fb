#!/bin/sh
echo "$1-$2-$FOO"; exit "${3:-0}"
