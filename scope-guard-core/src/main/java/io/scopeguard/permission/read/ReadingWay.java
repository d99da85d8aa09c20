package io.scopeguard.permission.read;

import io.scopeguard.annotation.Internal;

/**
 * Chooses between the two ways to read a member: a single call, or the pages of the organization.
 *
 * @hidden
 */
@Internal
public enum ReadingWay {
    ALONE,
    BY_PAGES;

    /** Up to this many pages are read so quickly that a request waits for them, even if a single call would be as cheap. */
    private static final int FEW_PAGES = 2;

    /**
     * The inputs of the choice.
     *
     * @param isListed whether the provider lists members
     * @param reported zero if no change of this very member was reported; otherwise, how many such members of the organization were
     *     read alone lately, this one included
     * @param isForeground whether a request waits
     * @param isCrowded whether others wait as well
     * @param isLeftOut whether the last complete pass did not contain the member
     * @param isUnknown whether no page of the organization was ever read
     * @param waiting the number of members that requests wait for
     * @param active the number of recently requested members
     * @param pages the estimated number of pages of the organization
     * @param pagesLeft the number of pages that a sweep in progress still has to read; zero without a sweep
     */
    public record Situation(
            boolean isListed,
            int reported,
            boolean isForeground,
            boolean isCrowded,
            boolean isLeftOut,
            boolean isUnknown,
            int waiting,
            int active,
            int pages,
            int pagesLeft) {}

    /**
     * The way with fewer calls wins. A sweep in progress needs no additional calls, but may take longer than a request can wait. A
     * reported change does not wait for a sweep, which may have read the member's page before it, unless there were more reports lately
     * than there are pages.
     */
    public static ReadingWay choose(Situation now) {
        if (!now.isListed || now.isLeftOut) {
            return ALONE;
        }
        if (now.pages > FEW_PAGES && now.reported > 0 && now.reported <= now.pages) {
            return ALONE;
        }
        int demand = Math.max(now.active, now.waiting);
        if (now.pagesLeft > 0) {
            boolean isHasty = now.isForeground && now.pagesLeft > FEW_PAGES && demand < now.pages;
            return isHasty ? ALONE : BY_PAGES;
        }
        // If many members are requested at once for the first time, others of the organization will follow, and one
        // page costs no more calls.
        boolean isFirst = now.isForeground && now.isCrowded && now.isUnknown;
        return isFirst || (demand > 1 && demand >= now.pages) ? BY_PAGES : ALONE;
    }
}
