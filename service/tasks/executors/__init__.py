"""Who runs tasks: in this process (`local`), or elsewhere."""
