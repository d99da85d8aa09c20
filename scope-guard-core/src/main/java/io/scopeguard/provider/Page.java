package io.scopeguard.provider;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A page of a list.
 *
 * @param items in the provider's order
 * @param next the cursor of the next page, {@code null} on the last page; only the source interprets it
 * @param total the present number of items of the whole list, or {@link #UNKNOWN_TOTAL}
 * @since 0.1
 */
public record Page<T>(List<T> items, @Nullable String next, int total) {

    /** The provider does not report the length of the list. */
    public static final int UNKNOWN_TOTAL = -1;

    /** Copies the list. */
    public Page {
        items = List.copyOf(items);
    }
}
