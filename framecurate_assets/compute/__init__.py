"""Where work is done: in this process or in others, behind one small interface that knows nothing of videos."""
