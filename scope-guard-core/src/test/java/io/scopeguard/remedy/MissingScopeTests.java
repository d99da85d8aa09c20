package io.scopeguard.remedy;

import static org.assertj.core.api.Assertions.assertThat;

import io.scopeguard.provider.RefreshDelivery;
import io.scopeguard.remedy.MissingScope.Timing;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Rules 2 to 4 of the package description as a table. */
class MissingScopeTests {

    private static final boolean[] BOTH = {false, true};

    @ParameterizedTest(name = "{0}, {1}, observed {2}, reliable {3}, asked {4}: granted {5}, refused {6}")
    @CsvSource({
        // delivery,    timing,        observed, reliable, asked, granted,   refused
        "IF_REQUESTED, ISSUED_BEFORE, false,    false,    false, NONE,      REFRESH",
        "IF_REQUESTED, ISSUED_BEFORE, false,    true,     false, REFRESH,   REFRESH",
        "IF_REQUESTED, ISSUED_BEFORE, true,     false,    false, REFRESH,   REFRESH",
        "IF_REQUESTED, ISSUED_BEFORE, true,     true,     true,  REFRESH,   REFRESH",
        "IF_REQUESTED, UNOBSERVED,    true,     true,     true,  NONE,      REFRESH",
        "IF_REQUESTED, UNOBSERVED,    false,    true,     false, NONE,      REFRESH",
        "IF_REQUESTED, ISSUED_AFTER,  false,    true,     false, NONE,      RECONSENT",
        "IF_REQUESTED, ISSUED_AFTER,  false,    true,     true,  NONE,      RECONSENT",
        "IF_REQUESTED, ISSUED_AFTER,  true,     true,     false, NONE,      RECONSENT",
        "IF_REQUESTED, ISSUED_AFTER,  true,     false,    true,  RECONSENT, RECONSENT",
        "ALWAYS,       ISSUED_BEFORE, true,     false,    false, REFRESH,   REFRESH",
        "ALWAYS,       ISSUED_BEFORE, false,    false,    false, NONE,      REFRESH",
        "ALWAYS,       UNOBSERVED,    true,     true,     true,  NONE,      REFRESH",
        "ALWAYS,       ISSUED_AFTER,  true,     true,     true,  NONE,      NONE",
        "NEVER,        ISSUED_BEFORE, false,    true,     false, NONE,      RECONSENT",
        "NEVER,        ISSUED_BEFORE, true,     false,    false, RECONSENT, RECONSENT",
        "NEVER,        ISSUED_AFTER,  true,     false,    true,  RECONSENT, RECONSENT",
        "NEVER,        UNOBSERVED,    false,    false,    false, NONE,      RECONSENT",
        "NEVER,        UNOBSERVED,    true,     true,     true,  NONE,      RECONSENT"
    })
    void remedyWhenAScopeIsPromotedThenDeliveryTimingAndObservationDecide(
            RefreshDelivery delivery,
            Timing timing,
            boolean observed,
            boolean reliable,
            boolean asked,
            Remedy granted,
            Remedy refused) {
        assertThat(new MissingScope(false, false, delivery, timing, observed, reliable, asked).remedy())
                .isEqualTo(granted);
        assertThat(new MissingScope(false, true, delivery, timing, observed, reliable, asked).remedy())
                .isEqualTo(refused);
    }

    @Test
    void remedyWhenNewThenReconsentUnlessARefreshDeliversEverything() {
        for (MissingScope missing : all()) {
            if (missing.isNew() && missing.delivery() != RefreshDelivery.ALWAYS) {
                assertThat(missing.remedy()).as("%s", missing).isEqualTo(Remedy.RECONSENT);
            } else if (missing.delivery() == RefreshDelivery.ALWAYS) {
                assertThat(missing.remedy()).as("%s", missing).isNotEqualTo(Remedy.RECONSENT);
            }
        }
    }

    @Test
    void remedyWhenRefusedThenNoneOnlyIfARefreshIsKnownToBeUselessAndDeliversEverything() {
        for (MissingScope missing : all()) {
            boolean isHopeless =
                    missing.delivery() == RefreshDelivery.ALWAYS && missing.timing() == Timing.ISSUED_AFTER;
            if (missing.isRequired()) {
                assertThat(missing.remedy() == Remedy.NONE).as("%s", missing).isEqualTo(isHopeless);
            }
        }
    }

    @Test
    void remedyWhenNobodyObservedThePromotionThenNoConsentOnGrantedResponses() {
        for (MissingScope missing : all()) {
            if (!missing.isObserved() && !missing.isNew() && !missing.isRequired()) {
                assertThat(missing.remedy()).as("%s", missing).isNotEqualTo(Remedy.RECONSENT);
            }
        }
    }

    private static List<MissingScope> all() {
        List<MissingScope> all = new ArrayList<>();
        for (RefreshDelivery delivery : RefreshDelivery.values()) {
            for (Timing timing : Timing.values()) {
                for (int bits = 0; bits < 32; bits++) {
                    all.add(new MissingScope(
                            BOTH[bits & 1],
                            BOTH[bits >> 1 & 1],
                            delivery,
                            timing,
                            BOTH[bits >> 2 & 1],
                            BOTH[bits >> 3 & 1],
                            BOTH[bits >> 4 & 1]));
                }
            }
        }
        return all;
    }
}
