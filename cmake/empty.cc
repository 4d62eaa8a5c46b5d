// Lets a folder whose contents are headers alone be an ordinary library.
