"""What each command does, one module a family of commands: arguments in, output written, exit code out."""
