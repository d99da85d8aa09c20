package io.scopeguard.permission.read;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class SweepsTests {

    private static final int MAX_ORGANIZATIONS = 100_000;

    @Test
    void ofWhenThereAreMoreOrganizationsThenNoMoreThanTheMaximumAreRemembered() {
        Sweeps sweeps = new Sweeps();
        List<MemberSweep> first = new ArrayList<>();
        for (int i = 0; i < 2 * MAX_ORGANIZATIONS; i++) {
            first.add(sweeps.of("organization-" + i));
        }
        int kept = 0;
        for (int i = 0; i < first.size(); i++) {
            kept += sweeps.of("organization-" + i) == first.get(i) ? 1 : 0;
        }

        assertThat(kept).isBetween(1, MAX_ORGANIZATIONS);
    }
}
