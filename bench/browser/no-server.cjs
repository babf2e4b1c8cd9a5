// In place of a system's server in a page's bundle.
