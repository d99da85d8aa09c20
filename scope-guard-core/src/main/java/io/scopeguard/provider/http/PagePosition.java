package io.scopeguard.provider.http;

import io.scopeguard.provider.Page;
import io.scopeguard.provider.PermissionsUnavailableException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The position in a list with numbered pages and a total. The items are counted, because a provider may put fewer of them on a page
 * than were requested.
 *
 * @param number the number of the page
 * @param before the number of items on the pages before
 */
public record PagePosition(int number, int before) {

    /**
     * Reads a cursor.
     *
     * @param cursor {@code null} for the first page
     * @param first the number of the first page
     */
    public static PagePosition of(@Nullable String cursor, int first) {
        if (cursor == null) {
            return new PagePosition(first, 0);
        }
        int colon = cursor.indexOf(':');
        return new PagePosition(
                Integer.parseInt(cursor.substring(0, colon)), Integer.parseInt(cursor.substring(colon + 1)));
    }

    /**
     * The page at this position. It is the last one if the pages contain all items.
     *
     * @param total the number of items of the whole list, or {@link Page#UNKNOWN_TOTAL} if the list has no further pages
     * @throws PermissionsUnavailableException if the page is empty, although there are more items
     */
    public <T> Page<T> page(List<T> items, int total) {
        long missing = (long) total - before - items.size();
        if (items.isEmpty() && missing > 0) {
            throw Json.malformed();
        }
        return new Page<>(items, missing > 0 ? next(items.size()) : null, total);
    }

    /** The cursor of the next page. */
    public String next(int items) {
        return (number + 1) + ":" + (before + items);
    }
}
