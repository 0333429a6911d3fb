"""Modules for disks: partitions, logical volumes and file systems."""
