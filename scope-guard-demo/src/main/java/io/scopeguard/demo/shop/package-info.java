/** Plays the shop: assigns what somebody has paid for, and takes it back after a refund. */
@NullMarked
package io.scopeguard.demo.shop;

import org.jspecify.annotations.NullMarked;
