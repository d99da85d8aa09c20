package io.scopeguard.demo.shop;

import org.jspecify.annotations.Nullable;

/**
 * Something that was paid for, or is refunded.
 *
 * @param user the id of the buyer
 * @param product {@code paid-tier} or {@code seat}
 * @param organization where the seat is; not for other products
 */
record Order(
        @Nullable String user,
        @Nullable String product,
        @Nullable String organization) {}
