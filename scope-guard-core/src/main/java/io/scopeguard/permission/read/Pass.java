package io.scopeguard.permission.read;

import io.scopeguard.annotation.Internal;
import io.scopeguard.provider.Page;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * One walk over all pages of a list. Offset paging skips and repeats entries while the list changes, so an entry is missing only if
 * the total stayed the same during the pass and matches the number of distinct entries. Used by one thread at a time.
 *
 * @param <T> the answer of the list about an id
 *
 * @hidden
 */
@Internal
public final class Pass<T> {

    private long readAt;
    private final Map<String, T> seen = new ConcurrentHashMap<>();
    private int total = Page.UNKNOWN_TOTAL;
    private int pages;
    private boolean steady = true;
    private @Nullable String cursor;

    public Pass(long readAt) {
        this.readAt = readAt;
    }

    /** The start of the read of the first page, which dates absences. */
    long readAt() {
        return readAt;
    }

    /** The cursor of the next page; {@code null} at the beginning and at the end. */
    @Nullable
    String cursor() {
        return cursor;
    }

    int pages() {
        return pages;
    }

    Map<String, T> seen() {
        return seen;
    }

    /**
     * Adds the entries of a page. Returns whether it was the last one.
     *
     * @param pageReadAt the start of its read: before this pass began, if another process read the page
     */
    public boolean add(Page<?> page, Map<String, T> items, long pageReadAt) {
        readAt = Math.min(readAt, pageReadAt);
        steady &= pages == 0 || total == page.total();
        total = page.total();
        pages++;
        seen.putAll(items);
        // An empty page ends the pass: a list whose empty pages announce further pages would never end.
        steady &= page.next() == null || !items.isEmpty();
        cursor = items.isEmpty() ? null : page.next();
        return cursor == null;
    }

    /** The position of a pass: its next page, and the state of the list so far. */
    record Place(@Nullable String cursor, int pages, int total, boolean steady) {}

    Place place() {
        return new Place(cursor, pages, total, steady);
    }

    /**
     * Goes back to a page that has to be read again. Its entries stay: if one of them has left the list by then, the pass is not
     * conclusive.
     */
    void goBackTo(Place place) {
        cursor = place.cursor;
        pages = place.pages;
        total = place.total;
        steady = place.steady;
    }

    /** Whether absence from the pass proves that an entry is missing. */
    public boolean isConclusive() {
        return steady && (total == Page.UNKNOWN_TOTAL || total == seen.size());
    }
}
