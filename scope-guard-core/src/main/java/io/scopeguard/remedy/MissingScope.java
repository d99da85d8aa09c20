package io.scopeguard.remedy;

import io.scopeguard.provider.RefreshDelivery;

/**
 * A scope that the subject holds and its token lacks, with everything that determines the remedy. Rules 2 to 4 of the package
 * description, as a pure function.
 *
 * @param isNew whether the provider gained the scope after the token was issued
 * @param isRequired whether the request was denied because the token lacks the scope
 * @param delivery the scopes that a refresh delivers for this kind of token
 * @param timing how the token's time of issue relates to the time since which the scope is held
 * @param isObserved whether a complete earlier picture lacked the scope
 * @param isFirstLookReliable whether a hint is due although the promotion was not observed: the token is old enough not to have
 *     been issued with all current scopes, and no earlier record can have been lost
 * @param wasAsked whether this client was asked for the scope before
 */
record MissingScope(
        boolean isNew,
        boolean isRequired,
        RefreshDelivery delivery,
        Timing timing,
        boolean isObserved,
        boolean isFirstLookReliable,
        boolean wasAsked) {

    /** The issue time of a token, in relation to the time since which a scope is held. */
    enum Timing {
        /** Before the scope was held, or undecided: a newer token may carry it. */
        ISSUED_BEFORE,
        /** In a period in which it is unknown whether the scope was held. */
        UNOBSERVED,
        /** While the scope was held: the token was issued without it, and so will be the next one. */
        ISSUED_AFTER
    }

    Remedy remedy() {
        return switch (delivery) {
            case ALWAYS -> refreshUnlessUseless();
            case IF_REQUESTED -> isNew ? Remedy.RECONSENT : cheapest();
            case NEVER -> isRequired || isNew || isCertain() ? Remedy.RECONSENT : Remedy.NONE;
        };
    }

    private Remedy refreshUnlessUseless() {
        return timing == Timing.ISSUED_AFTER ? Remedy.NONE : refreshIfSensible();
    }

    /**
     * Whether the promotion was observed, and the token was not issued in a period in which it is unknown whether the scope was
     * held.
     */
    private boolean isCertain() {
        return isObserved && timing != Timing.UNOBSERVED;
    }

    /** Rules 3 and 4. */
    private Remedy cheapest() {
        if (timing != Timing.ISSUED_AFTER) {
            return refreshIfSensible();
        }
        return isRequired || (isObserved && wasAsked) ? Remedy.RECONSENT : Remedy.NONE;
    }

    /** A denied request needs a remedy in any case; a granted one gets no hint in case of doubt. */
    private Remedy refreshIfSensible() {
        boolean isSensible = timing == Timing.ISSUED_BEFORE && (isObserved || isFirstLookReliable);
        return isRequired || isSensible ? Remedy.REFRESH : Remedy.NONE;
    }
}
