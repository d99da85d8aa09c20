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

    /** A request waits for a sweep with at most this many remaining pages even if a single call would be as cheap. */
    private static final int NEARLY_OVER = 2;

    /**
     * The inputs of the choice.
     *
     * @param isListed whether the provider lists members
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
            boolean isForeground,
            boolean isCrowded,
            boolean isLeftOut,
            boolean isUnknown,
            int waiting,
            int active,
            int pages,
            int pagesLeft) {}

    /**
     * The way with fewer calls wins. A sweep in progress needs no additional calls, but may take longer than a request can wait.
     */
    public static ReadingWay choose(Situation now) {
        if (!now.isListed || now.isLeftOut) {
            return ALONE;
        }
        int demand = Math.max(now.active, now.waiting);
        if (now.pagesLeft > 0) {
            boolean isHasty = now.isForeground && now.pagesLeft > NEARLY_OVER && demand < now.pages;
            return isHasty ? ALONE : BY_PAGES;
        }
        // If many members are requested at once for the first time, others of the organization will follow, and one
        // page costs no more calls.
        boolean isFirst = now.isForeground && now.isCrowded && now.isUnknown;
        return isFirst || (demand > 1 && demand >= now.pages) ? BY_PAGES : ALONE;
    }
}
