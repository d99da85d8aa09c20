package io.scopeguard.demo.api;

import org.jspecify.annotations.Nullable;

/** A report to be made. */
record NewReport(@Nullable String title) {}
