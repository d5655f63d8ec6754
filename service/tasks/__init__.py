"""One job from wish to answer."""
