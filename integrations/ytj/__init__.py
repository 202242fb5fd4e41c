"""YTJ, the business information system: names and addresses of companies, asked one by one or read from the daily file."""
