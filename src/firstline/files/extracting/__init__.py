"""The program that takes the text out of one hostile file, alone in a process with limits.

Nothing here knows Django or the database, and the service imports nothing of it (`files.reading` starts it).
"""
