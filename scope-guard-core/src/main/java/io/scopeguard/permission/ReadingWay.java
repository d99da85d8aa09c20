package io.scopeguard.permission;

/** How a member is read: decides between a single call and the pages of the organization. */
enum ReadingWay {
    ALONE,
    BY_PAGES;

    /** A sweep that is nearly over is waited for even if a single call would be as cheap. */
    private static final int NEARLY_OVER = 2;

    /**
     * The inputs of the choice.
     *
     * @param isListed whether the provider lists members
     * @param isForeground whether a request waits
     * @param isCrowded whether others wait as well
     * @param isLeftOut whether the last complete pass did not contain the member
     * @param isUnknown whether nothing of the organization was ever read by page
     * @param waiting how many members requests wait for
     * @param active how many members were asked about lately
     * @param pages how many pages the organization has, as far as known
     * @param pagesLeft how many pages a sweep under way still has to read; zero if none is
     */
    record Situation(
            boolean isListed,
            boolean isForeground,
            boolean isCrowded,
            boolean isLeftOut,
            boolean isUnknown,
            int waiting,
            int active,
            int pages,
            int pagesLeft) {}

    /** Fewer calls win. A sweep under way costs nothing more, but may take longer than a request can wait. */
    static ReadingWay choose(Situation now) {
        if (!now.isListed || now.isLeftOut) {
            return ALONE;
        }
        int demand = Math.max(now.active, now.waiting);
        if (now.pagesLeft > 0) {
            boolean isHasty = now.isForeground && now.pagesLeft > NEARLY_OVER && demand < now.pages;
            return isHasty ? ALONE : BY_PAGES;
        }
        // Where many ask at once for the first time, others of the organization will follow, and one page costs no
        // more.
        boolean isFirst = now.isForeground && now.isCrowded && now.isUnknown;
        return isFirst || (demand > 1 && demand >= now.pages) ? BY_PAGES : ALONE;
    }
}
