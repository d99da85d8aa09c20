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
    private boolean mayBeOneLess;

    Expectation(ObedientClient client, String end) {
        this.client = client;
        this.end = end;
    }

    /** The number of requests for a refresh. */
    Expectation refreshes(int times) {
        refreshes = times;
        return this;
    }

    /** The number of requests for consent. */
    Expectation reconsents(int times) {
        reconsents = times;
        return this;
    }

    /** The number of steps that change nothing. */
    Expectation useless(int steps) {
        useless = steps;
        return this;
    }

    /** The number of steps that were not requested. */
    Expectation unasked(int steps) {
        unasked = steps;
        return this;
    }

    /** The number of asks that the client ignores: the token was replaced, or the user was asked before. */
    Expectation unanswered(int asks) {
        unanswered = asks;
        return this;
    }

    /** One useless refresh is optional, because not every instance has observed every change. */
    Expectation orOneRefreshLess(boolean isPossible) {
        mayBeOneLess = isPossible;
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
        if (mayBeOneLess && journal().asks(Remedy.REFRESH) == refreshes - 1) {
            refreshes--;
            useless--;
        }
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
