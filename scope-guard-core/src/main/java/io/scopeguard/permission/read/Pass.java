package io.scopeguard.permission.read;

import io.scopeguard.annotation.Internal;
import io.scopeguard.provider.Page;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * One walk over all pages of a list. Offset paging skips and repeats entries while the list changes: if an entry is removed between
 * the reads of two pages, the first entry of the second page moves to the first page. So if the total changes between two pages, the
 * first one is read again. An entry is missing only if the total was the same for every two consecutive pages, and the number of
 * distinct entries differs from the total by no more than the total changed. Used by one thread at a time.
 *
 * @param <T> the answer of the list about an id
 *
 * @hidden
 */
@Internal
public final class Pass<T> {

    /** One page may be read again, and one more for each time that this number of pages has been read. */
    private static final int PAGES_PER_REPEAT = 4;

    private long readAt;
    private final Map<String, T> seen = new ConcurrentHashMap<>();
    private @Nullable String cursor;

    /** The cursor of the last page whose predecessor had the same total. */
    private @Nullable String last;

    /** The page after {@code last}, if the total had changed when it was read. Then {@code last} is read again. */
    private @Nullable Ahead ahead;

    private int pages;
    private int repeats;
    private int total = Page.UNKNOWN_TOTAL;

    /** The sum of all changes of the total. */
    private int changed;

    private boolean steady = true;

    /**
     * A page that was read before its predecessor was read again.
     *
     * @param totalBefore the total before it changed
     */
    private record Ahead(@Nullable String cursor, @Nullable String next, int totalBefore) {}

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

    /** The number of pages read so far. A page that was read again counts once. */
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
        // An empty page ends the pass: a list whose empty pages announce further pages would never end.
        steady &= page.next() == null || !items.isEmpty();
        String next = items.isEmpty() ? null : page.next();
        boolean hasChanged = pages > 0 && total != page.total();
        Ahead following = ahead;
        if (following != null) {
            // If a whole page of entries was removed, those that moved may be on earlier pages.
            steady &= following.totalBefore - page.total() < items.size();
            last = hasChanged ? last : following.cursor;
            cursor = hasChanged ? next : following.next;
            pages -= hasChanged ? 1 : 0;
            ahead = null;
        } else if (hasChanged && mayRepeat(page.total())) {
            ahead = new Ahead(cursor, next, total);
            cursor = last;
            repeats++;
            pages++;
        } else {
            steady &= !hasChanged;
            last = cursor;
            cursor = next;
            pages++;
        }
        changed += hasChanged ? Math.abs(page.total() - total) : 0;
        total = page.total();
        seen.putAll(items);
        return ahead == null && cursor == null;
    }

    private boolean mayRepeat(int present) {
        boolean areKnown = total != Page.UNKNOWN_TOTAL && present != Page.UNKNOWN_TOTAL;
        return steady && areKnown && repeats <= pages / PAGES_PER_REPEAT;
    }

    /** The position of a pass: its next page, and the state of the list so far. */
    record Place(
            @Nullable String cursor,
            @Nullable String last,
            @Nullable Ahead ahead,
            int pages,
            int repeats,
            int total,
            int changed,
            boolean steady) {}

    Place place() {
        return new Place(cursor, last, ahead, pages, repeats, total, changed, steady);
    }

    /** Goes back to a page that has to be read again. Its entries stay. */
    void goBackTo(Place place) {
        cursor = place.cursor;
        last = place.last;
        ahead = place.ahead;
        pages = place.pages;
        repeats = place.repeats;
        total = place.total;
        changed = place.changed;
        steady = place.steady;
    }

    /** Whether absence from the pass proves that an entry is missing. */
    public boolean isConclusive() {
        return steady && (total == Page.UNKNOWN_TOTAL || Math.abs(total - seen.size()) <= changed);
    }
}
