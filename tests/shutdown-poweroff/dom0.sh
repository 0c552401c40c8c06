await '^ready$'
xl shutdown "$NAME"
