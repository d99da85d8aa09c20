package io.scopeguard.permission;

import io.scopeguard.scope.Audience;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** What all holders who hold the same share: one object, and what it means, worked out once. Thread-safe. */
final class HeldRoles {

    private final Holdings holdings;
    private final Map<Audience, Meaning> meanings = new ConcurrentHashMap<>(2);

    HeldRoles(Holdings holdings) {
        this.holdings = holdings;
    }

    Holdings holdings() {
        return holdings;
    }

    /** For whom it was asked what this means. */
    Set<Audience> audiences() {
        return meanings.keySet();
    }

    Meaning meaning(Audience audience, Definitions.View view) {
        Meaning known = meanings.get(audience);
        return known != null && known.isOf(view)
                ? known
                : meanings.compute(audience, (ignored, last) -> renewed(audience, last, view));
    }

    /** Who comes with older definitions than the last takes the newer ones too: history knows no way back. */
    private Meaning renewed(Audience audience, @Nullable Meaning last, Definitions.View view) {
        return last != null && last.version() >= view.version() ? last : Meaning.of(holdings, audience, view, last);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof HeldRoles that && holdings.equals(that.holdings);
    }

    @Override
    public int hashCode() {
        return holdings.hashCode();
    }
}
