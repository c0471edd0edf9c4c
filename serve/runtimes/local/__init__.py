"""The deployment as processes of this machine, which supervisord keeps alive."""
