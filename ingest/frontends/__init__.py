"""The ways in: SFTP, FTP, email and the drop folder, each feeding the one spool."""
