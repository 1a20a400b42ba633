"""Is the person before the camera the one on the card's photo?"""
