"""Bytes to what a mail is: fields, parts, text and values. Pure; opens no file."""
