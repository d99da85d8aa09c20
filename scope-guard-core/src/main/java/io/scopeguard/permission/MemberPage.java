package io.scopeguard.permission;

import java.util.Map;

/**
 * Part of an organization's list of members.
 *
 * @param byUser what each user on the page holds within the organization, by the user's id
 * @param pages how many pages the whole list has at the moment
 */
public record MemberPage(Map<String, Holdings> byUser, int pages) {

    /** Copies the map. */
    public MemberPage {
        byUser = Map.copyOf(byUser);
    }
}
