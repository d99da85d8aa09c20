package io.scopeguard.provider;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Part of a list.
 *
 * @param items in the provider's order
 * @param next the cursor of the following page, {@code null} on the last; opaque to everybody but the source
 * @param total how many items the whole list has at the moment, or {@link #UNKNOWN_TOTAL}
 */
public record Page<T>(List<T> items, @Nullable String next, int total) {

    /** The provider does not report the length of the list. */
    public static final int UNKNOWN_TOTAL = -1;

    /** Copies the list. */
    public Page {
        items = List.copyOf(items);
    }
}
