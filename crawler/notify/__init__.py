"""What editors are told after a night, and how it reaches them: digests, mail, web hooks, chats."""
