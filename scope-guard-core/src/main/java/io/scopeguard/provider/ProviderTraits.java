package io.scopeguard.provider;

import java.time.Duration;
import java.util.Map;
import java.util.Set;

/**
 * The traits that a provider declares. They determine the cheapest way to read, and the rules for tokens.
 *
 * @param pageSize the number of members or holders on a page
 * @param listsMembers whether an organization's members can be read by page, with their grants
 * @param listsHolders whether the holders of a global role can be read by page
 * @param confirmationCalls how many calls {@link PermissionSource#confirmMembership} costs; every other read of one fact costs one
 * @param youngTokens kinds of token whose scopes the provider computes from live grants when it issues them, so that a young token
 *     counts as a read
 * @param globalGrantsCount kinds of token for which a user's global grants count beside those in the organization
 * @param leakingKinds kinds of token that may carry scopes which count in organizations only
 * @param mixedKinds kinds of token that may carry names which are no permissions among their scopes. A carried name that grants
 *     nothing counts as a lost scope only if it is in the catalogue.
 * @param refreshDelivers whether a refresh delivers a promotion, by kind of token; {@link RefreshDelivery#IF_REQUESTED} if absent
 * @param delay how long after a change the provider may still return the old state. A loss is established only by a confirming read
 *     at least this much later, a token is contradicted only by a read that began this much after it was issued, and every bound on
 *     ages grows by it.
 * @since 0.1
 */
public record ProviderTraits(
        int pageSize,
        boolean listsMembers,
        boolean listsHolders,
        int confirmationCalls,
        Set<TokenKind> youngTokens,
        Set<TokenKind> globalGrantsCount,
        Set<TokenKind> leakingKinds,
        Set<TokenKind> mixedKinds,
        Map<TokenKind, RefreshDelivery> refreshDelivers,
        Duration delay) {

    /** The traits of a provider whose tokens carry only permissions as scopes. */
    public ProviderTraits(
            int pageSize,
            boolean listsMembers,
            boolean listsHolders,
            int confirmationCalls,
            Set<TokenKind> youngTokens,
            Set<TokenKind> globalGrantsCount,
            Set<TokenKind> leakingKinds,
            Map<TokenKind, RefreshDelivery> refreshDelivers,
            Duration delay) {
        this(
                pageSize,
                listsMembers,
                listsHolders,
                confirmationCalls,
                youngTokens,
                globalGrantsCount,
                leakingKinds,
                Set.of(),
                refreshDelivers,
                delay);
    }

    /**
     * Copies the collections.
     *
     * @throws IllegalArgumentException if a number is less than one, or the delay is negative; or if there is a delay and holders
     *     are listed, because losses of holders are not confirmed
     */
    public ProviderTraits {
        if (pageSize < 1 || confirmationCalls < 1) {
            throw new IllegalArgumentException("pageSize and confirmationCalls must be at least 1, but are " + pageSize
                    + " and " + confirmationCalls);
        }
        if (delay.isNegative()) {
            throw new IllegalArgumentException("delay must not be negative, but is " + delay);
        }
        if (listsHolders && !delay.isZero()) {
            throw new IllegalArgumentException("holders of roles cannot be listed by a provider with a delay");
        }
        youngTokens = Set.copyOf(youngTokens);
        globalGrantsCount = Set.copyOf(globalGrantsCount);
        leakingKinds = Set.copyOf(leakingKinds);
        mixedKinds = Set.copyOf(mixedKinds);
        refreshDelivers = Map.copyOf(refreshDelivers);
    }

    /** The scopes that a refresh can deliver for a kind of token. */
    public RefreshDelivery refreshDelivery(TokenKind kind) {
        return refreshDelivers.getOrDefault(kind, RefreshDelivery.IF_REQUESTED);
    }
}
