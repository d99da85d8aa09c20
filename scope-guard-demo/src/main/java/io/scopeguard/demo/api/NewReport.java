package io.scopeguard.demo.api;

import org.jspecify.annotations.Nullable;

/** A report to be created. */
record NewReport(@Nullable String title) {}
