package io.scopeguard.demo.convergence;

import static org.assertj.core.api.Assertions.assertThat;

import io.scopeguard.remedy.Remedy;
import java.time.Instant;

/** The expected asks to one client, and its expected end. */
final class Expectation {

    private final ObedientClient client;
    private final String end;
    private int refreshes;
    private int reconsents;
    private int useless;
    private int unasked;
    private int unanswered;

    Expectation(ObedientClient client, String end) {
        this.client = client;
        this.end = end;
    }

    /** How often it is asked to refresh. */
    Expectation refreshes(int times) {
        refreshes = times;
        return this;
    }

    /** How often it is asked to put a consent before its user. */
    Expectation reconsents(int times) {
        reconsents = times;
        return this;
    }

    /** How many of its steps change nothing. */
    Expectation useless(int steps) {
        useless = steps;
        return this;
    }

    /** How many steps it takes that nobody asked for. */
    Expectation unasked(int steps) {
        unasked = steps;
        return this;
    }

    /** How many asks it leaves alone: the token they are about is gone, or its user was asked before. */
    Expectation unanswered(int asks) {
        unanswered = asks;
        return this;
    }

    int steps() {
        return refreshes + reconsents + unasked - unanswered;
    }

    Journal journal() {
        return client.journal();
    }

    String end() {
        return end;
    }

    String got() {
        return client.state();
    }

    void verify(String row, Instant restFrom, int tolerable) {
        String story = row + ": " + journal();
        assertThat(got()).as("end state of %s", story).isEqualTo(end);
        assertThat(journal().asks(Remedy.REFRESH)).as("refreshes of %s", story).isEqualTo(refreshes);
        assertThat(journal().asks(Remedy.RECONSENT))
                .as("reconsents of %s", story)
                .isEqualTo(reconsents);
        assertThat(journal().uselessSteps()).as("useless steps of %s", story).isEqualTo(useless);
        assertThat(journal().uselessSteps()).as("useless steps of %s", story).isLessThanOrEqualTo(tolerable);
        assertThat(journal().steps()).as("steps of %s", story).isEqualTo(steps());
        assertThat(journal().lastStep()).as("last step of %s", story).isBefore(restFrom);
    }
}
