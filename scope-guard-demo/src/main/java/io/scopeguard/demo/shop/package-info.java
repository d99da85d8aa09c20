/** The shop: assigns roles and seats after a payment, and revokes them after a refund. */
@NullMarked
package io.scopeguard.demo.shop;

import org.jspecify.annotations.NullMarked;
