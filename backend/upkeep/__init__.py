"""A server in order: what is looked at before it starts, said when it does, and tidied while it runs.

May import: domain, images, money, record, playground, setting_words, settings, data_folder.
"""
