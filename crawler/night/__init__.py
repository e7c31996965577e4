"""One night: order.py tells it on one page; the other files are its steps."""
