"""Reports for people as HTML pages, from templates: no script, nothing fetched, every word escaped."""
