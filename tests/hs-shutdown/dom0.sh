await -t 60 "^ready\$"
xl shutdown "$NAME"
