"""Where people look and decide; today by API, with screens to come."""
