"""Addresses: repair, fetch uri, urlkey, unwrapping and redaction. Pure: no network, clock or disk."""
