"""What is true without HTTP, disk or pixels. Standard library only."""
