"""Modules that talk to other machines: files by URL, requests, repositories."""
