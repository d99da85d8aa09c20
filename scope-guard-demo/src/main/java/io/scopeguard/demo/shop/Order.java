package io.scopeguard.demo.shop;

import org.jspecify.annotations.Nullable;

/**
 * A product that was paid for or is refunded.
 *
 * @param user the id of the buyer
 * @param product {@code paid-tier} or {@code seat}
 * @param organization the organization of a seat; {@code null} for other products
 */
record Order(
        @Nullable String user,
        @Nullable String product,
        @Nullable String organization) {}
