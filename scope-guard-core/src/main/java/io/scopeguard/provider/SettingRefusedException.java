package io.scopeguard.provider;

/**
 * The provider answered and definitely refuses the settings: waiting does not help, a setting must be changed. The message names
 * the cause and never contains a secret.
 *
 * @since 0.1
 */
public class SettingRefusedException extends RuntimeException {

    private final String setting;
    private final String fix;

    /**
     * @param setting the name of the setting that is most likely wrong, among the provider's settings, such as {@code app-secret}
     * @param message the cause, without a full stop at the end
     * @param fix the change that helps
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

    /** The change that helps. */
    public String fix() {
        return fix;
    }
}
