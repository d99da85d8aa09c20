package io.scopeguard.demo.api;

/** A report of an organization. */
record Report(long id, String title) {}
