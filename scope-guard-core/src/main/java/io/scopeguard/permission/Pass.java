package io.scopeguard.permission;

import io.scopeguard.provider.Page;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * One walk over all pages of a list. Offset paging skips and repeats entries while the list changes, so an entry is missing only if
 * the total stayed the same during the pass and matches the number of distinct entries. Used by one thread at a time.
 *
 * @param <T> the answer of the list about an id
 */
final class Pass<T> {

    private long readAt;
    private final Map<String, T> seen = new ConcurrentHashMap<>();
    private int total = Page.UNKNOWN_TOTAL;
    private int pages;
    private boolean steady = true;
    private @Nullable String cursor;

    Pass(long readAt) {
        this.readAt = readAt;
    }

    /** The start of the page that was read first: absence is dated by it. */
    long readAt() {
        return readAt;
    }

    /** Where to go on; {@code null} at the beginning and at the end. */
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
     * @param pageReadAt the start of its read: before this pass began, if another process had read the page
     */
    boolean add(Page<?> page, Map<String, T> items, long pageReadAt) {
        readAt = Math.min(readAt, pageReadAt);
        steady &= pages == 0 || total == page.total();
        total = page.total();
        pages++;
        seen.putAll(items);
        // A page that promises another without containing anything would never end.
        steady &= page.next() == null || !items.isEmpty();
        cursor = items.isEmpty() ? null : page.next();
        return cursor == null;
    }

    /** Whether absence from the pass proves that an entry is missing. */
    boolean isConclusive() {
        return steady && (total == Page.UNKNOWN_TOTAL || total == seen.size());
    }
}
