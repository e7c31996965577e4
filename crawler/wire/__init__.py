"""HTTP/1.1 over sockets of our own: every byte in and out recorded, nothing private connected to. Knows no Scrapy."""
