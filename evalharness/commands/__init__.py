"""One file a subcommand: its NAME, HELP, add_arguments and main. options.py has the flags that several share."""
