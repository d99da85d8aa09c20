package io.scopeguard.demo.shop;

/** The products of the shop. It sells nothing else, because its credentials could assign any role. */
enum Product {
    /** The global role {@code paid-tier}. */
    PAID_TIER,
    /** A membership of an organization, with the organization role {@code member}. */
    SEAT;

    static final String PAID_ROLE = "paid-tier";
    static final String SEAT_ROLE = "member";
}
