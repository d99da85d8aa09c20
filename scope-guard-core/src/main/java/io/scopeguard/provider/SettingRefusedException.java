package io.scopeguard.provider;

/**
 * The provider answered, and definitely refuses what it was asked with these settings: waiting does not help, changing a setting
 * does. The message says what is wrong and never contains a secret.
 */
public class SettingRefusedException extends RuntimeException {

    private final String setting;
    private final String fix;

    /**
     * @param setting the setting that is most likely wrong, by its name among the provider's settings, such as {@code app-secret}
     * @param message what the provider refuses, without a full stop at the end
     * @param fix what to change
     */
    public SettingRefusedException(String setting, String message, String fix) {
        super(message);
        this.setting = setting;
        this.fix = fix;
    }

    /** The name of the setting among the provider's settings, such as {@code app-secret}. */
    public String setting() {
        return setting;
    }

    /** What to change. */
    public String fix() {
        return fix;
    }
}
