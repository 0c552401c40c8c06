await '^ready$'
xl reboot "$NAME"
